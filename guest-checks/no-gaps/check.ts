// Numbers are given out one after another: none is missing, and none is there twice.
//
//     [checks.no-gaps]
//     relation = "sales.invoice"
//     number = "number"        # the column with the numbers, of any integer type
//     series = "branch"        # each value of this column counts by itself; one series if absent
//     first = 1                # where each series starts; its least number if absent
//
// Rows that a backup lost leave a gap, wherever in the series they were.

import { check, query, setting, type Ident, type Relation } from "../sdk/javascript/vhost-check/index.js";

// Each is a finding of its own; of more, the number tells enough.
export const MOST_NAMED = 20;

/** Numbers as text: those beyond 2^53 are none for JavaScript. */
interface Series {
  series: string | null;
  least: string;
  greatest: string;
  rows: number;
  numbers: number;
}

export default check({
  settings: {
    relation: setting.relation,
    number: setting.ident,
    series: setting.optional(setting.ident),
    first: setting.optional(setting.integer),
  },

  run({ relation, number, series, first }, findings) {
    findings.about(relation, () => {
      let [count, missing, twice, late, named] = [0, 0n, 0, 0, 0];
      for (const one of query<Series>(statement(relation, number, series))) {
        count += 1;
        const start = first === null ? BigInt(one.least) : BigInt(first);
        const gaps = BigInt(one.greatest) - start + 1n - BigInt(one.numbers);
        const doubles = one.rows - one.numbers;
        const early = BigInt(one.least) < start;
        if (gaps === 0n && doubles === 0 && !early) continue;
        missing += gaps > 0n ? gaps : 0n;
        twice += doubles;
        late += early ? 1 : 0;
        named += 1;
        if (named > MOST_NAMED) continue;
        const here = series === null ? relation.column(number) : relation.at({ [series.name]: one.series });
        findings.expectEq("series-whole", here, BigInt(one.greatest) - start + 1n, one.rows);
      }
      // Nothing is missing of nothing, and a backup without any row is none.
      findings.expectAtLeast("has-rows", relation, 1, count);
      findings.expectEq("no-gaps", relation.column(number), 0, missing);
      findings.expectNone("no-number-twice", relation.column(number), twice);
      findings.expectNone("starts-at-first", relation.column(number), late);
      findings.metric("series", count);
    });
  },
});

function statement(relation: Relation, number: Ident, series: Ident | null): string {
  const group = series === null ? "NULL" : `${series}::text`;
  return `SELECT ${group} AS series, min(${number})::text AS least, max(${number})::text AS greatest,
      count(*) AS rows, count(DISTINCT ${number}) AS numbers
    FROM ${relation} GROUP BY 1 HAVING count(*) > 0 ORDER BY 1`;
}
