# what: the page that a proxy answered with
# expect: digest no dump | digest header
printf '<!DOCTYPE html>\n<html><body>Please log in</body></html>\n' >"$1"
