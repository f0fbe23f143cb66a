# what: a dump that is not writable
chmod 444 "$1"
