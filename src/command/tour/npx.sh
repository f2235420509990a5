#!/bin/sh
# The tour's stand-in for npx, whatever Node is here or is not: it changes nothing, and tells whose database would have been reached.
shift
case "$1" in
migrate | db) exec nexus-env __tour-reach "$1" "$2" ;;
*) echo "(stand-in) prisma $1 ran" ;;
esac
