# what: a tar dump, one member of which lost its last rows
# form: tar
# reference: base
# expect: drift TABLE DATA orders | restore-log COPY | digest damaged
perl -0777 -pi -e '
    # The member whose rows hold the order number 150 and a status: its text ends there, and zeros take the place of the rest.
    my $at = index($_, "\n150\t"); die "no such row" if $at < 0;
    my $end = index($_, "\n\\.\n", $at); my $mark = "\n\\.\n\n\n";
    substr($_, $at, $end - $at + 5) = $mark . "\0" x ($end - $at + 5 - length $mark)' "$1"
