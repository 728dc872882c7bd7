# recap.awk: of a TAP log what failed, briefly: its name, its place, the first lines of why.
# A test that failed only because one inside it did is left out.
function indent(text) {
	match(text, /^ */)
	return RLENGTH
}

function flush() {
	if (said != "" && !outer)
		printf "%s: %s", file, said
	said = ""
	outer = why = 0
}

FNR == 1 {
	flush()
	file = FILENAME
	sub(/^.*\//, "", file)
}

/^ *(not )?ok / {
	flush()
	if ($1 == "not")
		said = substr($0, indent($0) + 1) "\n"
	next
}

said == "" { next }

/^ *\.\.\.$/ || /^[^ #]/ { flush(); next }
/^ *failureType: 'subtestsFailed'/ { outer = 1 }
/^ *location:/ { said = said "  " $0 "\n" }
/^ *error:/ { depth = indent($0); why = 10 }
/^#/ && !why { why = 10; depth = -1 } # lint's findings
why {
	if (indent($0) <= depth && $1 != "error:")
		why = 0
	else if (why--)
		said = said "  " $0 "\n"
}

END { flush() }
