# what: the dump of another database system
# expect: digest no dump | digest header
printf -- '-- MySQL dump 10.13  Distrib 8.0.36, for Linux (x86_64)\n--\n-- Host: localhost    Database: shop\nCREATE TABLE `a` (`b` int);\n-- Dump completed on 2026-01-01  0:00:00\n' >"$1"
