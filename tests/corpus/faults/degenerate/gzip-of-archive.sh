# what: a custom dump inside gzip
# form: custom
# wrap: gz
# expect: stop archive inside gzip | digest archive inside gzip
:
