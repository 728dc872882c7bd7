/*
 * ledger-worker --config FILE [--once]
 *
 * Started by cron every minute: drains what is due, then lingers until second 58 looking
 * for new work every half second. Overlapping and parallel runs are harmless, on one host
 * or many. SIGTERM: the jobs in hand are finished, their lanes given back, exit 0.
 * With --once it leaves as soon as nothing is due.
 */
#include "base/clock.h"
#include "base/log.h"
#include "base/process.h"
#include "limit.h"
#include "pairings.h"
#include "post_mail.h"
#include "sweep.h"
#include "worker.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#define LINGER_SECOND 58 /* of the minute */
#define CONNECTIONS   5  /* of the pool: statements are short, HTTP holds none */
#define STATEMENT_SETS                                                                             \
	(DB_SET_LANE | DB_SET_JOB | DB_SET_RUN | DB_SET_BOOKS | DB_SET_HOUSEKEEPING |              \
	 DB_SET_PAIRING | DB_SET_AUDIT | DB_SET_SEAL_USE | DB_SET_MAIL | DB_SET_POST |             \
	 DB_SET_PING | DB_SET_PLAN | DB_SET_RATE)

static struct worker worker;

static void on_sigterm(int signal_number)
{
	(void)signal_number;
	atomic_store(&worker.stopping, true);
}

static void catch_signals(void)
{
	struct sigaction term = {.sa_handler = on_sigterm};
	struct sigaction ignore = {.sa_handler = SIG_IGN};
	sigaction(SIGTERM, &term, NULL);
	sigaction(SIGINT, &term, NULL);
	sigaction(SIGPIPE, &ignore, NULL);
}

static bool has_flag(int argc, char **argv, const char *flag)
{
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], flag) == 0)
			return true;
	return false;
}

static enum led_err prepare(int argc, char **argv, struct led_error *error)
{
	int64_t now = clock_now();
	enum led_err err = config_load(config_path(argc, argv), &worker.config, error);
	if (err)
		return err;
	log_open(WORKER_PROGRAM, worker.config.log_level);
	worker.once = has_flag(argc, argv, "--once");
	/* Started in the last two seconds of a minute, it serves the next one. */
	worker.linger_until = now - now % 60 + LINGER_SECOND;
	if (worker.once)
		worker.linger_until = INT64_MAX;
	else if (worker.linger_until <= now)
		worker.linger_until += 60;
	news_init(&worker.news);
	err = http_client_global_init(error);
	if (!err)
		err = seal_keys_load(worker.config.key_dir, 1U << SEAL_VAULT, &worker.keys, error);
	if (!err)
		err = db_pool_new(&worker.config, WORKER_PROGRAM, STATEMENT_SETS, CONNECTIONS,
				  &worker.pool, error);
	if (!err)
		err = limit_new(&worker.config, worker.pool, &worker.limit, error);
	return err;
}

/* What goes on beside the lanes, each in a thread of its own; without one the rest goes on. */
static const struct {
	const char *missing; /* the event logged when it does not start */
	void *(*main)(void *worker);
} BESIDE[] = {
	{"pairings_not_settled", pairings_main},
	{"mail_not_sent", post_mail_main},
};
#define BESIDE_COUNT (sizeof BESIDE / sizeof *BESIDE)

static int run_threads(int count)
{
	pthread_t threads[64], beside[BESIDE_COUNT];
	bool running[BESIDE_COUNT];
	int started = 0;
	while (started < count && started < 64) {
		atomic_fetch_add(&worker.threads_running, 1);
		if (pthread_create(&threads[started], NULL, thread_main, &worker)) {
			atomic_fetch_sub(&worker.threads_running, 1);
			break;
		}
		started++;
	}
	if (started < count)
		log_write(LOG_ERROR, "threads_missing", LOG_N("started", started),
			  LOG_N("wanted", count));
	for (size_t i = 0; i < BESIDE_COUNT; i++) {
		running[i] = !pthread_create(&beside[i], NULL, BESIDE[i].main, &worker);
		if (!running[i])
			log_write(LOG_ERROR, BESIDE[i].missing);
	}
	sweep_until_done(&worker);
	for (int i = 0; i < started; i++)
		pthread_join(threads[i], NULL);
	for (size_t i = 0; i < BESIDE_COUNT; i++)
		if (running[i])
			pthread_join(beside[i], NULL);
	return started > 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
	struct led_error error;
	int status = 1;
	log_open(WORKER_PROGRAM, LOG_INFO);
	process_guard_memory();
	catch_signals();
	if (prepare(argc, argv, &error))
		log_error("start_failed", &error);
	else
		status = run_threads(worker.config.worker_threads);
	limit_free(worker.limit);
	db_pool_free(worker.pool);
	seal_keys_free(worker.keys);
	return status;
}
