# what: the last line feeds are lost, as by $(cat dump)
printf %s "$(cat "$1")" >shorter
mv shorter "$1"
