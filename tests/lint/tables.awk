# CREATE TABLE statements without a primary key or without ENGINE=InnoDB.
function judge() {
	if (table != "" && text !~ /PRIMARY KEY/) print FILENAME ":" line ": " table " has no primary key"
	if (table != "" && text !~ /ENGINE *= *InnoDB/) print FILENAME ":" line ": " table " names no InnoDB engine"
	table = ""
}
{ gsub(/'[^']*'/, "''"); sub(/--.*/, "") }
/CREATE TABLE/ { judge(); line = FNR; table = $0; sub(/.*CREATE TABLE +(IF NOT EXISTS +)?/, "", table); sub(/[ (].*/, "", table); text = "" }
table != "" { text = text " " $0; if (/;/) judge() }
END { judge() }
