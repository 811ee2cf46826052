#include "textflag.h"

// func Key() uintptr
TEXT ·Key(SB), NOSPLIT, $0-8
	MOVD g, ret+0(FP)
	RET
