/* ledgerctl: reads the command line, runs one command of the table. */
#include "base/json.h"
#include "base/log.h"
#include "base/process.h"
#include "ctl.h"

#include <stdio.h>
#include <string.h>

enum { EXIT_OK = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

/* clang-format off */
static const struct ctl_command *const commands[] = {
	&ctl_migrate, &ctl_status, &ctl_explain,
	&ctl_keys_init, &ctl_keys_rotate, &ctl_keys_rewrap, &ctl_keys_retire, &ctl_keys_status,
	&ctl_account_add, &ctl_account_list,
	&ctl_user_add, &ctl_user_list, &ctl_user_remove, &ctl_user_password,
	&ctl_user_reset_second_factor,
	&ctl_binding_add, &ctl_binding_list, &ctl_binding_show, &ctl_binding_pause,
	&ctl_binding_resume, &ctl_binding_revoke,
	&ctl_policy_get, &ctl_policy_set, &ctl_policy_validate,
	&ctl_plan_list, &ctl_plan_put, &ctl_plan_set,
	&ctl_preview, &ctl_xref_link, &ctl_push_state, &ctl_backfill, &ctl_reconcile,
	&ctl_audit_verify,
	NULL,
};
/* clang-format on */

static void print_usage(FILE *out)
{
	fprintf(out, "usage: ledgerctl [--config FILE] [--json] COMMAND [options]\n\n");
	for (size_t i = 0; commands[i]; i++)
		fprintf(out, "  %-26s %s\n", commands[i]->name, commands[i]->summary);
	fprintf(out, "\n`ledgerctl COMMAND --help` lists a command's options. The configuration "
		     "is\n/etc/ledger/ledger.conf unless --config names another.\n");
}

static void print_help(const struct ctl_command *command)
{
	printf("usage: ledgerctl [--config FILE] [--json] %s", command->name);
	for (const struct ctl_option *o = command->options; o->name; o++)
		printf(" %s%s%s%s%s", o->required ? "" : "[", o->name, o->argument ? " " : "",
		       o->argument ? o->argument : "", o->required ? "" : "]");
	printf("\n\n%s\n", command->summary);
	for (const struct ctl_option *o = command->options; o->name; o++) {
		char left[64];
		snprintf(left, sizeof left, "%s%s%s", o->name, o->argument ? " " : "",
			 o->argument ? o->argument : "");
		printf("  %-32s %s\n", left, o->help);
	}
}

/* Whether the words at `argv` are this command's name; how many they are. */
static int name_matches(const char *name, char **argv)
{
	int words = 0;
	while (*name) {
		size_t len = strcspn(name, " ");
		if (!argv[words] || strlen(argv[words]) != len ||
		    strncmp(argv[words], name, len) != 0)
			return 0;
		words++;
		name += len + (name[len] == ' ');
	}
	return words;
}

static const struct ctl_command *find_command(char **argv, int *words)
{
	for (size_t i = 0; commands[i]; i++)
		if ((*words = name_matches(commands[i]->name, argv)) > 0)
			return commands[i];
	return NULL;
}

/* Takes --config, --json and --help out of argv, wherever they stand. */
static bool take_globals(struct ctl *ctl, char **argv, bool *help)
{
	char **kept = argv;
	for (; *argv; argv++) {
		if (strcmp(*argv, "--json") == 0)
			ctl->json = true;
		else if (strcmp(*argv, "--help") == 0)
			*help = true;
		else if (strcmp(*argv, "--config") != 0)
			*kept++ = *argv;
		else if (argv[1])
			ctl->config_path = *++argv;
		else
			return false;
	}
	*kept = NULL;
	return true;
}

/* The option that argv[0] begins; *value its value, *taken the words it took. */
static int match_option(const struct ctl *ctl, char **argv, const char **value, int *taken)
{
	for (int i = 0; ctl->command->options[i].name; i++) {
		const struct ctl_option *option = &ctl->command->options[i];
		size_t len = strlen(option->name);
		*taken = 1;
		if (option->name[0] != '-' && argv[0][0] != '-' && !ctl->values[i]) {
			*value = argv[0];
			return i;
		}
		*value = "";
		if (strncmp(argv[0], option->name, len) != 0)
			continue;
		if (option->argument && argv[0][len] == '=') {
			*value = argv[0] + len + 1;
			return i;
		}
		if (argv[0][len] != '\0')
			continue;
		if (option->argument) {
			*value = argv[1];
			*taken = 2;
		}
		return i;
	}
	return -1;
}

/* Fills ctl->values; false after saying what is wrong. */
static bool take_options(struct ctl *ctl, char **argv)
{
	const struct ctl_command *command = ctl->command;
	const char *value;
	for (int taken; *argv; argv += taken) {
		int i = match_option(ctl, argv, &value, &taken);
		const char *wrong = i < 0 ? "is not known" : !value ? "lacks its value" : NULL;
		if (!wrong && ctl->values[i])
			wrong = "is given twice";
		if (wrong) {
			fprintf(stderr, "ledgerctl %s: %s %s; see `ledgerctl %s --help`.\n",
				command->name, *argv, wrong, command->name);
			return false;
		}
		ctl->values[i] = value;
	}
	for (int i = 0; command->options[i].name; i++) {
		if (command->options[i].required && !ctl->values[i]) {
			const char *argument = command->options[i].argument;
			fprintf(stderr, "ledgerctl %s: %s%s%s is required.\n", command->name,
				command->options[i].name, argument ? " " : "",
				argument ? argument : "");
			return false;
		}
	}
	return true;
}

static void print_error(const struct ctl *ctl, const struct led_error *error)
{
	struct buf line;
	buf_init(&line, 4096);
	if (ctl->json) {
		buf_addf(&line,
			 "{\"error\":{\"class\":\"%s\",\"code\":", led_err_name(error->class));
		json_quote(&line, error->code);
		buf_add_str(&line, ",\"message\":");
		json_quote(&line, error->message);
		buf_add_str(&line, "}}");
	} else {
		buf_addf(&line, "ledgerctl %s: %s", ctl->command->name, error->message);
	}
	fprintf(stderr, "%s\n", buf_str(&line));
	buf_release(&line);
}

static int run(struct ctl *ctl)
{
	struct led_error error = {0};
	enum led_err err = LED_OK;
	if (!ctl->command->no_config)
		err = config_load(ctl->config_path, &ctl->config, &error);
	if (!err && !ctl->command->no_config) {
		log_open(CTL_USER, ctl->config.log_level);
		ctl_check_modes(ctl);
	}
	if (!err && ctl->json && !(ctl->result = json_object_new_object()))
		err = led_fail(&error, LED_INTERNAL, "out_of_memory", "No memory.");
	if (!err)
		err = ctl->command->run(ctl, &error);
	/* Also of a command that fails with findings: which documents disagree, for one. */
	if (ctl->json && ctl->result && (!err || json_object_object_length(ctl->result)))
		puts(json_object_to_json_string_ext(
			ctl->result, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(ctl->result);
	if (!err && (fflush(stdout) || ferror(stdout)))
		err = led_fail(&error, LED_INTERNAL, "output", "Cannot write the answer: %m.");
	if (err)
		print_error(ctl, &error);
	return !err ? EXIT_OK : strcmp(error.code, "usage") == 0 ? EXIT_USAGE : EXIT_FAILED;
}

int main(int argc, char **argv)
{
	struct ctl ctl = {.config_path = config_path(argc, argv)};
	bool help = false;
	int words = 0;
	process_guard_memory();
	if (argc < 1 || !take_globals(&ctl, argv + 1, &help)) {
		fprintf(stderr, "ledgerctl: --config lacks its FILE.\n");
		return EXIT_USAGE;
	}
	ctl.command = find_command(argv + 1, &words);
	if (help && (ctl.command || !argv[1])) {
		if (ctl.command)
			print_help(ctl.command);
		else
			print_usage(stdout);
		return EXIT_OK;
	}
	if (!ctl.command) {
		if (argv[1])
			fprintf(stderr, "ledgerctl: there is no command `%s%s%s`.\n\n", argv[1],
				argv[2] ? " " : "", argv[2] ? argv[2] : "");
		print_usage(stderr);
		return EXIT_USAGE;
	}
	if (!take_options(&ctl, argv + 1 + words))
		return EXIT_USAGE;
	return run(&ctl);
}
