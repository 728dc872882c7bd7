# Functions longer than `max` lines, signature's brace to closing brace.
FNR == 1 { start = 0 }
/^\{/ { start = FNR }
/^\}/ {
	if (start && FNR - start + 1 > max)
		print FILENAME ":" start ": a function of " FNR - start + 1 " lines"
	start = 0
}
