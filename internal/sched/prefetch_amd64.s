#include "go_asm.h"
#include "textflag.h"

// func prefetch(object Entry, worker, goroutine, stack *worker)
TEXT ·prefetch(SB), NOSPLIT, $0-40
	MOVQ object_data+8(FP), AX
	PREFETCHT0 (AX)
	PREFETCHT0 64(AX)

	MOVQ worker+16(FP), AX
	PREFETCHT0 (AX)
	PREFETCHT0 64(AX)

	MOVQ goroutine+24(FP), AX
	TESTQ AX, AX
	JZ stack
	MOVQ worker_resume(AX), BX
	PREFETCHT0 (BX)
	MOVQ worker_key(AX), BX
	PREFETCHT0 (BX)
	PREFETCHT0 64(BX)
	PREFETCHT0 128(BX)

stack:
	MOVQ stack+32(FP), AX
	TESTQ AX, AX
	JZ done
	MOVQ worker_key(AX), BX
	TESTQ BX, BX
	JZ done
	MOVQ const_savedSP(BX), BX
	PREFETCHT0 (BX)
	PREFETCHT0 64(BX)
	PREFETCHT0 128(BX)
	PREFETCHT0 192(BX)
	PREFETCHT0 256(BX)
	PREFETCHT0 320(BX)
	PREFETCHT0 384(BX)
	PREFETCHT0 448(BX)
	PREFETCHT0 512(BX)
	PREFETCHT0 576(BX)
	PREFETCHT0 640(BX)
	PREFETCHT0 704(BX)

done:
	RET
