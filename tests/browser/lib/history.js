'use strict';
// A history to look at, put straight into the tables: the pages only read.

const SHOP = '0b9c8f62-5d0e-4f51-9a53-1c5a3b1f0a01';
const SECOND_SHOP = '0b9c8f62-5d0e-4f51-9a53-1c5a3b1f0a02';
const FOREIGN_SHOP = '0b9c8f62-5d0e-4f51-9a53-1c5a3b1f0a03';

const text = (value) => (value === undefined || value === null ? 'NULL' : `'${String(value).replace(/[\\']/g, '\\$&')}'`);

/** An INSERT for one run; what is not given is a synced invoice of the first shop. */
function runSql(run) {
	const r = {
		binding: SHOP, event: 'invoice.created', entity: 'invoice', status: 'succeeded', attempts: 1,
		number: `00000${run.id}`, currency: 'GBP', total: '1234.50', secondsAgo: 60, ...run,
	};
	const done = r.status !== 'queued' && r.status !== 'running';
	return `INSERT INTO sync_run (id, account_id, binding_id, event, entity_type, magento_id, website_id, store_id,
		occurred_at, policy_version, status, attempts, skip_reason, error_class, error_code, error_message, warnings,
		magento_number, currency, magento_total, sage_total, sage_id, sage_number, queued_at, finished_at)
		SELECT ${r.id}, account_id, id, ${text(r.event)}, ${text(r.entity)}, ${1000 + r.id}, 1, 1,
		UTC_TIMESTAMP() - INTERVAL ${r.secondsAgo + 1} SECOND, 0, ${text(r.status)}, ${r.attempts}, ${text(r.reason)},
		${text(r.errorClass)}, ${text(r.errorCode)}, ${text(r.error)}, ${text(r.warnings && JSON.stringify(r.warnings))},
		${text(r.number)}, ${text(r.currency)}, ${text(r.total)}, ${text(r.sageTotal)}, ${text(r.sageId)},
		${text(r.sageNumber)}, UTC_TIMESTAMP(6) - INTERVAL ${r.secondsAgo} SECOND,
		${done ? `UTC_TIMESTAMP(6) - INTERVAL ${r.secondsAgo - 2} SECOND` : 'NULL'}
		FROM binding WHERE id = ${text(r.binding)};`;
}

/** `refused`: { request, answer } as they are stored, JSON texts. */
function attemptSql(run, number, outcome, calls, problem = {}, refused = {}) {
	return `INSERT INTO run_attempt (run_id, number, started_at, duration_ms, outcome, error_class, error_code,
		error_message, calls, request, answer) VALUES (${run}, ${number}, UTC_TIMESTAMP(6), 420, ${text(outcome)},
		${text(problem.class)}, ${text(problem.code)}, ${text(problem.message)}, ${text(JSON.stringify(calls))},
		${text(refused.request)}, ${text(refused.answer)});`;
}

function bindingSql(id, email, shop) {
	return `INSERT INTO binding (id, account_id, shop_url, status, sage_region)
		SELECT ${text(id)}, account_id, ${text(shop)}, 'active', 'GB' FROM member WHERE email = ${text(email)};`;
}

module.exports = { SHOP, SECOND_SHOP, FOREIGN_SHOP, runSql, attemptSql, bindingSql };
