# what: a COPY that fails before its rows, so that an old psql runs the rows as statements
# expect: restore-log COPY 42P01 | restore-log COPY 42703
perl -0777pi -e 's/^COPY shop\.log \(id, what\)/COPY shop.logs (id, what)/m; s/^1\tevent 1$/\\! touch told/m' "$1"
