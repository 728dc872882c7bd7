# Blanks the comments of C sources, line by line, so that rules read code only; with
# strings=blank also the insides of string and character literals. Output: FILE:LINE:CODE.
FNR == 1 { comment = 0 }
{
	out = ""
	quote = ""
	for (i = 1; i <= length($0); i++) {
		c = substr($0, i, 1)
		two = substr($0, i, 2)
		if (comment) {
			if (two == "*/") { comment = 0; i++ }
			continue
		}
		if (quote != "") {
			if (c == "\\") {
				if (strings != "blank") out = out two
				i++
				continue
			}
			if (c == quote) { quote = ""; out = out c; continue }
			if (strings != "blank") out = out c
			continue
		}
		if (two == "/*") { comment = 1; i++; continue }
		if (two == "//") break
		if (c == "\"" || c == "'") quote = c
		out = out c
	}
	print FILENAME ":" FNR ":" out
}
