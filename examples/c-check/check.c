// Every order's total is at most what the plan says.
//
//     [checks.c-check]
//     most = 1000.50     # the greatest total that an order may have
//
// Whatever keeps it from looking leaves `exports_vhost_check_checker_run` as an error: the check could not look, and never
// passes. What a function of vhost gave is freed here; what is returned is freed by the generated code.

#include "generated/check.h"

#include <stdlib.h>
#include <string.h>

typedef vhost_check_types_value_t value_t;
typedef vhost_check_types_error_t error_t;
typedef exports_vhost_check_checker_finding_t finding_t;
typedef exports_vhost_check_checker_report_t report_t;

// Postgres reads the JSON: the number under `most`, and null where there is none. vhost itself refuses keys that
// settings.schema.json does not have.
static const char SETTING[] =
    "SELECT CASE jsonb_typeof(s -> 'most') WHEN 'number' THEN (s ->> 'most')::numeric END"
    " FROM (VALUES ($1::jsonb)) AS given (s)";

// A total that is null is not at most anything.
static const char LOOK[] =
    "SELECT count(*), count(*) FILTER (WHERE (total <= $1::numeric) IS NOT TRUE) FROM shop.orders";

// A string that lives as long as the program, for a call that only reads it.
static check_string_t borrowed(const char *text) {
    check_string_t string;
    check_string_set(&string, text);
    return string;
}

// Takes the reason why a question has no answer, and says it in one line.
static void say(error_t *error, check_string_t *why) {
    switch (error->tag) {
    case VHOST_CHECK_TYPES_ERROR_SQL:
        check_string_dup_n(why, (const char *)error->val.sql.message.ptr, error->val.sql.message.len);
        break;
    case VHOST_CHECK_TYPES_ERROR_LIMIT:
        check_string_dup(why, "a limit of the grant was reached");
        break;
    default: // The other cases are one string each.
        check_string_dup_n(why, (const char *)error->val.denied.ptr, error->val.denied.len);
    }
    vhost_check_types_error_free(error);
}

// Reads the setting, as a parameter for the look.
static bool read_setting(value_t *most, check_string_t *why) {
    value_t settings = {.tag = VHOST_CHECK_TYPES_VALUE_JSON};
    vhost_check_settings_get(&settings.val.json);
    vhost_check_query_list_value_t params = {&settings, 1};
    check_string_t sql = borrowed(SETTING);
    error_t error;
    bool asked = vhost_check_query_scalar(&sql, &params, most, &error);
    vhost_check_types_value_free(&settings);
    if (!asked) {
        say(&error, why);
        return false;
    }
    if (most->tag != VHOST_CHECK_TYPES_VALUE_NUMERIC) {
        vhost_check_types_value_free(most);
        check_string_dup(why, "settings: most must be a number");
        return false;
    }
    return true;
}

// Counts all orders, and those above the limit.
static bool count(value_t *most, int64_t counts[2], error_t *error) {
    vhost_check_query_list_value_t params = {most, 1};
    check_string_t sql = borrowed(LOOK);
    vhost_check_query_own_cursor_t cursor;
    if (!vhost_check_query_open(&sql, &params, &cursor, error)) return false;
    vhost_check_query_list_list_value_t rows;
    bool fetched = vhost_check_query_method_cursor_fetch(vhost_check_query_borrow_cursor(cursor), 1, &rows, error);
    vhost_check_query_cursor_drop_own(cursor);
    if (!fetched) return false;
    // An aggregate without GROUP BY is one row, and a count is an int.
    for (int column = 0; column < 2; column++) counts[column] = rows.ptr[0].ptr[column].val.int_;
    vhost_check_query_list_list_value_free(&rows);
    return true;
}

// Adds a finding. It passes where what was seen is what was expected.
static void expect(report_t *report, const char *rule, const char *subject, value_t expected, value_t actual, bool holds) {
    finding_t *finding = &report->findings.ptr[report->findings.len++];
    check_string_dup(&finding->rule, rule);
    finding->status = holds ? EXPORTS_VHOST_CHECK_CHECKER_STATUS_PASS : EXPORTS_VHOST_CHECK_CHECKER_STATUS_FAIL;
    finding->subject.is_some = finding->expected.is_some = finding->actual.is_some = true;
    check_string_dup(&finding->subject.val, subject);
    finding->expected.val = expected;
    finding->actual.val = actual;
}

static value_t boolean(bool is) {
    return (value_t){.tag = VHOST_CHECK_TYPES_VALUE_BOOLEAN, .val.boolean = is};
}

static value_t integer(int64_t number) {
    return (value_t){.tag = VHOST_CHECK_TYPES_VALUE_INT, .val.int_ = number};
}

bool exports_vhost_check_checker_run(report_t *report, check_string_t *why) {
    value_t most;
    if (!read_setting(&most, why)) return false;
    int64_t counts[2];
    error_t error;
    bool counted = count(&most, counts, &error);
    vhost_check_types_value_free(&most);
    if (!counted) {
        say(&error, why);
        return false;
    }

    *report = (report_t){.findings.ptr = calloc(2, sizeof(finding_t))};
    if (!report->findings.ptr) abort();
    // No order is above the limit where there is no order, and a backup without any is none.
    expect(report, "has-orders", "shop.orders", boolean(true), boolean(counts[0] > 0), counts[0] > 0);
    expect(report, "total-at-most", "shop.orders.total", integer(0), integer(counts[1]), counts[1] == 0);
    return true;
}
