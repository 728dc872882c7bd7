# Turns sql/queries/*.sql into a C table of named statements.
#
# A file is a set, prepared together by the programs that use it. A statement is
#     -- name: run_by_id(binding, run)
#     -- any comment
#     SELECT … WHERE binding_id = ? AND id = ?;
# The names in parentheses document its parameters, and their number is asserted when
# the statement is prepared.

function fail(text) {
	print FILENAME ":" FNR ": " text > "/dev/stderr"
	failed = 1
	exit 1
}
function finish() {
	if (name != "" && sql == "")
		fail("statement " name " has no text")
	if (name != "")
		texts[count] = sql
	name = ""
}
FNR == 1 {
	finish()
	set = FILENAME
	sub(/.*\//, "", set)
	sub(/\.sql$/, "", set)
	sets[++set_count] = set
}
/^-- name: / {
	finish()
	if (!match($0, /^-- name: [a-z0-9_]+\([a-z0-9_, ]*\)$/))
		fail("expected '-- name: word(parameter, …)'")
	name = $3
	sub(/\(.*/, "", name)
	list = $0
	sub(/^[^(]*\(/, "", list)
	sub(/\)$/, "", list)
	names[++count] = name
	in_set[count] = set
	lists[count] = list
	params[count] = list == "" ? 0 : split(list, unused, ",")
	if (name in seen)
		fail("a second statement named " name)
	seen[name] = 1
	sql = ""
	next
}
/^--/ || /^[[:space:]]*$/ { next }
name == "" { fail("text outside a named statement") }
# Lines are joined: a comment behind text would swallow what follows.
/--([[:space:]]|$)/ { fail("a comment behind text; give it a line of its own") }
{
	line = $0
	sub(/^[[:space:]]+/, "", line)
	sub(/;[[:space:]]*$/, "", line)
	gsub(/\\/, "\\\\", line)
	gsub(/"/, "\\\"", line)
	sql = sql (sql == "" ? "" : " ") line
}
END {
	if (failed)
		exit 1
	finish()
	print "/* Generated from sql/queries by mk/statements.awk. */" > header
	print "#ifndef GEN_STATEMENTS_H\n#define GEN_STATEMENTS_H\n" > header
	print "enum db_set {" > header
	for (i = 1; i <= set_count; i++)
		print "\tDB_SET_" toupper(sets[i]) " = 1 << " (i - 1) "," > header
	print "};\n\nenum db_statement {" > header
	for (i = 1; i <= count; i++)
		print "\tSQL_" toupper(names[i]) "," > header
	print "\tSQL_COUNT\n};\n" > header
	print "struct db_statement_text {\n\tconst char *name;\n\tconst char *params;\n\tconst char *sql;\n\tunsigned set;\n\tunsigned param_count;\n};\n" > header
	print "extern const struct db_statement_text db_statement_texts[SQL_COUNT];\n\n#endif" > header
	print "/* Generated from sql/queries by mk/statements.awk. */" > source
	print "#include \"statements.h\"\n" > source
	print "const struct db_statement_text db_statement_texts[SQL_COUNT] = {" > source
	for (i = 1; i <= count; i++)
		printf "\t[SQL_%s] = {\"%s\", \"%s\",\n\t\t\"%s\",\n\t\tDB_SET_%s, %d},\n", toupper(names[i]), names[i], lists[i], texts[i], toupper(in_set[i]), params[i] > source
	print "};" > source
}
