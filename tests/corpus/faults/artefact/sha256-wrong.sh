# what: another digest than the stated one
# args: --dump-sha256 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
# expect: digest stated | stop stated
:
