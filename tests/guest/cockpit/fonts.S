/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The fonts, found by the assembler through -I. */
	.section .rodata
	.balign 16
	.global font_regular, font_bold, font_mono
font_regular:
	.incbin "DejaVuSans.ttf"
	.balign 16
font_bold:
	.incbin "DejaVuSans-Bold.ttf"
	.balign 16
font_mono:
	.incbin "DejaVuSansMono.ttf"

	.section .note.GNU-stack, "", %progbits
