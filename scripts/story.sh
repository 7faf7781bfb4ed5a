# The second half of scripts/demo: two parties settle a conflict over a line, in an exercise.
# Sourced, not run; needs $keepclear and $out.

story=examples/story
rm -rf "$out/story"
mkdir -p "$out/story"
declare -A people lines desks
running=()
# A stopped process takes no signal but KILL until it goes on.
clean_up() {
    local pid
    for pid in "${running[@]}"; do
        kill -CONT "$pid" 2> /dev/null || true
        kill "$pid" 2> /dev/null || true
    done
}
trap clean_up EXIT

at() { printf '\n-- %s  %s\n' "$(date -u +%H:%M:%SZ)" "$*" >&2; }
# in_s SECONDS: the time so many seconds from the beginning of the story, RFC 3339.
began=$(date +%s)
in_s() {
    local when=$((began + $1))
    date -u -d "@$when" +%Y-%m-%dT%H:%M:%SZ 2> /dev/null || date -u -r "$when" +%Y-%m-%dT%H:%M:%SZ
}

# start_desk PARTY FLAGS...: on the ports that it had before, if it had any.
start_desk() {
    local party=$1 log="$out/story/$1.log"
    shift
    "$keepclear" desk --trial --exercise --party "$party" --data "$out/story/$party" \
        --listen "127.0.0.1:${people[$party]:-0}" --line-listen "127.0.0.1:${lines[$party]:-0}" \
        --trial-issuer-listen 127.0.0.1:0 --plans "$out/story/$party.geojson" --languages en,ru "$@" 2> "$log" &
    desks[$party]=$!
    running+=("$!")
    for _ in $(seq 100); do
        people[$party]=$(sed -n 's|.*listening on http://127.0.0.1:\([0-9]*\).*|\1|p' "$log" | head -n 1)
        lines[$party]=$(sed -n 's|.*other desks on https://127.0.0.1:\([0-9]*\).*|\1|p' "$log" | head -n 1)
        [ -n "${people[$party]}" ] && [ -n "${lines[$party]}" ] && return
        kill -0 "${desks[$party]}" 2> /dev/null || break
        sleep 0.1
    done
    cat "$log" >&2
    fail "the desk of $party did not start"
}

stop_desk() {
    kill "${desks[$1]}"
    wait "${desks[$1]}" || fail "the desk of $1 ended with exit code $?"
}

# as PARTY VERB...: what the officer of that party types, and sees.
as() {
    local party=$1
    shift
    printf '%s$ keepclear line %s\n' "$party" "$*" >&2
    "$keepclear" line "$@" --desk "http://127.0.0.1:${people[$party]}" --token-file "$out/story/$party/supervise.token"
}
screen() {
    "$keepclear" watch --desk "http://127.0.0.1:${people[$1]}" --token-file "$out/story/$1/read.token" "${@:2}"
}
# says FILE TEXT: the id of the exchange in a block of `line`, which must hold the text.
says() {
    cat "$1" >&2
    grep -qiF -e "$2" "$1" || fail "this should have said \"$2\""
    sed -n 's/^[A-Z][A-Z ]* \([0-9a-f]\{8\}\) .*/\1/p' "$1" | head -n 1
}
# export_both NAME: both records, once neither desk waits for the other to have something.
export_both() {
    until_says 10 " 0 in the outbox" as North status
    until_says 10 " 0 in the outbox" as South status
    "$keepclear" record export --data "$out/story/North" --peer South --out "$out/story/North-$1.record"
    "$keepclear" record export --data "$out/story/South" --peer North --out "$out/story/South-$1.record"
}
# until_says SECONDS TEXT COMMAND...: asks until the command prints the text.
until_says() {
    local seconds=$1 text=$2 said= until=$(($(date +%s) + $1))
    shift 2
    while [ "$(date +%s)" -le "$until" ]; do
        said=$("$@" 2> /dev/null || true)
        case $said in *"$text"*) return ;; esac
        sleep 0.2
    done
    printf '%s\n' "$said" >&2
    fail "\"$text\" was not said within $seconds s by: $*"
}

say "Two parties, one line: North's relief flight is in the air, South's ambulance means to start in half an hour"
for party in North South; do
    file=$(printf '%s' "$party" | tr '[:upper:]' '[:lower:]')
    sed -e "s/2026-06-01T06:00:00Z/$(in_s 0)/" -e "s/2026-06-01T06:33:59Z/$(in_s 2039)/" \
        -e "s/2026-06-01T06:30:00Z/$(in_s 1800)/" -e "s/2026-06-01T06:50:00Z/$(in_s 3000)/" \
        "$story/$file.geojson" > "$out/story/$party.geojson"
done
conflicts_found "$keepclear" check "$out/story/North.geojson" "$out/story/South.geojson" --propose
"$keepclear" check "$out/story/North.geojson" "$out/story/South.geojson" --propose --format json > "$out/story/check.json" || true
conflict=$(sed -n 's/.*"id":"\([0-9a-f]\{16\}\)".*/\1/p' "$out/story/check.json" | head -n 1)
[ -n "$conflict" ] || fail "no conflict in $out/story/check.json"

at "Both desks start; their cards go by messenger, their phrase by telephone"
start_desk North
start_desk South
step="$out/story/step.txt"
as North pair --write "$out/story/North.card.json"
as South pair --write "$out/story/South.card.json"
as North pair --read "$out/story/South.card.json"
as South pair --read "$out/story/North.card.json"
as North pair --confirm South
as South pair --confirm North
until_says 10 "South: OPEN" as North status
until_says 10 "North: OPEN" as South status

at "Is there a person at the other end? North tests, South's officer reads the text and answers"
as North test South > "$step"
test=$(says "$step" "LINE TEST")
number=$(sed -n 's/^  text  *Number [^0-9]*\([0-9]*\).*/\1/p' "$step")
until_says 10 "$test" as South inbox
as South inbox >&2
as South test --answer "$test" --phrase "$number" > "$step"
says "$step" "ANSWERED" > /dev/null
as South test North > "$step"
test=$(says "$step" "LINE TEST")
number=$(sed -n 's/^  text  *Number [^0-9]*\([0-9]*\).*/\1/p' "$step")
until_says 10 "$test" as North inbox
as North test --answer "$test" --phrase "$number" > "$step"
until_says 10 "ago" as North status
as North status >&2

at "North asks South to start later: facts and proposal come from the check"
as North request South --from "$out/story/check.json" --conflict "$conflict" --words "Our relief flight cannot land earlier." > "$step"
request=$(says "$step" "READ BACK")
until_says 10 "$request" as South inbox
as South inbox >&2
as South ack "$request" > "$step"
says "$step" "ACKNOWLEDGED, NOT AGREED" > /dev/null
as South discuss "$request" "Можем ждать, если посадка до $(in_s 2039 | cut -c 12-16)." > "$step"
says "$step" "DISCUSSION" > /dev/null
until_says 10 "In discussion" as North show "$request"
as North discuss "$request" "It will be down by then." > "$step"
says "$step" "DISCUSSION" > /dev/null
as South answer "$request" agreed --covers "MEDIC 7" > "$step"
says "$step" "AGREED" > /dev/null
as South commit "$request" --by us --milestone "MEDIC 7 filed four minutes later@$(in_s 900)" > "$step"
says "$step" "Offered, not in force" > /dev/null
until_says 10 "Offered, not in force" as North show "$request"
as North commit "$request" --sign > "$step"
says "$step" "Signed by both sides" > /dev/null
until_says 10 "Signed by both sides" as South show "$request"

at "The same commitment from both logs, in English and Russian"
for party in North South; do
    as "$party" show "$request" --languages en,ru > "$out/story/$party-request.txt"
    printf '%s holds %s lines of it, from its own log:\n' "$party" "$(wc -l < "$out/story/$party-request.txt" | tr -d ' ')"
    # In both languages: where it stands, and the commitment without its messages.
    sed -n '/Message.*Сообщение/q;p' "$out/story/$party-request.txt"
done

at "Both export their records so far, and compare them: they are equal"
export_both early
"$keepclear" record compare "$out/story/North-early.record" "$out/story/South-early.record" || fail "the two records differ (exit code $?)"

at "South's desk is given a fault on purpose: it stores what it receives 9 km off. North announces falling objects"
stop_desk South
start_desk South --inject misplace=9000m
until_says 15 "South: OPEN" as North status
sed -e "s/START/$(in_s 1200)/" -e "s/END/$(in_s 2400)/" "$story/notice.json" > "$out/story/notice.json"
as North notice South --file "$out/story/notice.json" --topic falling_objects > "$step"
notice=$(says "$step" "DISPUTED")
grep -q "differs" "$step" || fail "the read-back's difference was not named"
screen North --once >&2
as North withdraw "$notice" --words "Your desk stores it 9 km off; we call you." > "$step"
says "$step" "WITHDRAWN" > /dev/null
stop_desk South
start_desk South
until_says 15 "South: OPEN" as North status

at "The fault is gone: the same notice is read back the same"
as North notice South --file "$out/story/notice.json" --topic falling_objects > "$step"
notice=$(says "$step" "READ BACK")
as South ack "$notice" > "$step"
says "$step" "ACKNOWLEDGED, NOT AGREED" > /dev/null

at "South's machine hangs, and with it the line. Both officers look at their screens"
screen North > "$out/story/North.screen" &
running+=("$!")
screen South > "$out/story/South.screen" &
running+=("$!")
until_says 10 "South: OPEN" cat "$out/story/North.screen"
kill -STOP "${desks[South]}"
until_says 8 "SILENT" cat "$out/story/North.screen"
at "North sees it"
until_says 8 "DOES NOT ANSWER" cat "$out/story/South.screen"
at "South sees it"
as North test South > "$step" || true
until_says 20 "OVERDUE" as North inbox
as North inbox >&2
sed -n '/^South   \|DOES NOT ANSWER/p' "$out/story/South.screen" | tail -n 2 >&2
kill -CONT "${desks[South]}"
until_says 15 "South: OPEN" as North status
until_says 15 "North: OPEN" as South status
at "The line is back, by itself; what was said meanwhile has arrived"
until_says 10 "Line test waits" as South inbox
as South status >&2

at "Afterwards: both export their record, and a third person compares them: one contradiction, the one that was caught"
export_both later
found=0
"$keepclear" record compare "$out/story/North-later.record" "$out/story/South-later.record" > "$step" || found=$?
cat "$step"
[ "$found" = 1 ] || fail "the position that was read back wrong is not in the records (exit code $found)"
[ "$(grep -c '^[a-z]*  *[0-9a-f]\{8\}-' "$step")" = 1 ] && grep -q '^contradicts' "$step" || fail "there are other differences"

at "Somebody alters one byte of South's"
python3 - "$out/story/South-later.record" "$out/story/South-altered.record" << 'END'
import base64, json, sys
lines = open(sys.argv[1], encoding="utf-8").read().split("\n")
# The last byte of the first text that South's officer wrote.
for index, line in enumerate(lines):
    entry = json.loads(line).get("entry") if line else None
    raw = bytearray(base64.b64decode(entry)) if entry else b""
    place = raw.find("Можем".encode())
    if place >= 0:
        raw[place + 1] ^= 1
        lines[index] = line.replace(entry, base64.b64encode(raw).decode())
        break
else:
    sys.exit("South's words are not in its record")
open(sys.argv[2], "w", encoding="utf-8").write("\n".join(lines))
END
found=0
"$keepclear" record compare "$out/story/North-later.record" "$out/story/South-altered.record" > "$step" || found=$?
cat "$step"
[ "$found" = 1 ] || fail "the altered record was not named (exit code $found)"
grep -q '^altered\|^forged' "$step" || fail "the altered entry was not named"

clean_up
for pid in "${running[@]}"; do wait "$pid" 2> /dev/null || true; done
trap - EXIT
"$keepclear" log verify --data "$out/story/North"
