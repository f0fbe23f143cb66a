# what: a directory dump whose table of contents is cut
# form: directory
# expect: digest truncated | digest damaged | digest contents | restore-log tool-failure
head -c $(($(wc -c <"$1/toc.dat") * 60 / 100)) "$1/toc.dat" >part
mv part "$1/toc.dat"
