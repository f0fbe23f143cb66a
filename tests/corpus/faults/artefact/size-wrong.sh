# what: another size than the stated one
# args: --dump-size 123456
# expect: digest size | digest bytes | digest B
:
