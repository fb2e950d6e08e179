#!/bin/sh
# Backups of the PostgreSQL database, for the service `backup` of docker-compose.yml and for a crontab.
#   backup.sh once           one dump into $BACKUP_FOLDER, looked through, older ones than $BACKUP_KEEP_DAYS removed
#   backup.sh every HOURS    the same again and again
#   backup.sh fresh HOURS    exit 0 when the newest dump is younger than that
#   backup.sh restore FILE   into an empty database; stop bot and workers first
# The server is that of PGHOST, PGUSER, PGDATABASE and PGPASSWORD, or the file that POSTGRES_PASSWORD_FILE names.
set -eu
umask 077
folder=${BACKUP_FOLDER:-.}
keep=${BACKUP_KEEP_DAYS:-7}
if [ -n "${POSTGRES_PASSWORD_FILE:-}" ]; then
    PGPASSWORD=$(cat "$POSTGRES_PASSWORD_FILE")
    export PGPASSWORD
fi

say() { echo "backup: $*"; }
stop() { echo "backup: $*" >&2; exit 1; }

once() {
    [ -w "$folder" ] || stop "$folder cannot be written to: make it, for the user that runs this."
    new=$folder/reelfeel-$(date -u +%Y%m%dT%H%M%SZ).dump
    rm -f "$folder"/*.dump.part
    # One snapshot, while everything runs. A file has its name when it is whole and can be read.
    if pg_dump -Fc -f "$new.part" && pg_restore --list "$new.part" > /dev/null; then
        mv "$new.part" "$new"
        say "$new, $(wc -c < "$new") bytes"
        find "$folder" -name 'reelfeel-*.dump' -mtime +"$((keep - 1))" -exec rm -f {} +
    else
        rm -f "$new.part"
        return 1
    fi
}

case "${1:-}" in
    once) once || stop "no dump was made; the line above says why." ;;
    every)
        trap 'exit 0' TERM INT
        while :; do
            once || say "no dump was made; it is tried again in ten minutes." >&2
            pause=600
            [ -n "$(find "$folder" -name 'reelfeel-*.dump' -mmin -10)" ] && pause=$(($2 * 3600))
            sleep "$pause" &
            wait $!
        done
        ;;
    fresh) [ -n "$(find "$folder" -name 'reelfeel-*.dump' -mmin -"$(($2 * 60))")" ] ;;
    restore)
        [ -r "${2:-}" ] || stop "name the dump to restore."
        tables=$(psql -tAc "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
        [ "$tables" = 0 ] || stop "the database has tables already: make an empty one, or name another with PGDATABASE."
        pg_restore --no-owner --exit-on-error --single-transaction -d "$PGDATABASE" "$2"
        say "restored from $2"
        ;;
    *) stop "say once, every HOURS, fresh HOURS or restore FILE." ;;
esac
