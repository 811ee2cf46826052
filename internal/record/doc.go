// Package record is the file in which a loop keeps what has entered it from outside, so that the
// same program can be run again with it. The loop writes and reads it, see loop.RecordTo; what is
// here knows nothing of loops.
//
// A file is a header, blocks, and a trailer:
//
//	"ouro-rec" version length header CRC                   the header is JSON
//	'B' length events length entries checkpoint CRC        as often as needed
//	'E' entries CRC                                        missing if the file was cut
//
// Numbers are varints. A CRC is CRC-32C, of four bytes, little endian: of everything since the last one,
// and itself begins with that. So a file that ends anywhere is good up to its last whole block,
// and one that was changed anywhere is found out.
//
// A block has what entered during a number of entries of the ready queue, the entries themselves,
// each as the difference of its task's number to that of the one before, and how the loop stood
// at its end, which is a checkpoint.
package record
