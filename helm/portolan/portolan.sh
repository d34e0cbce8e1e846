#!/bin/sh
# Runs the program that PORTOLAN_BIN names, or `portolan` from the PATH.
exec "${PORTOLAN_BIN:-portolan}" "$@"
