#!/usr/bin/env bash
# Usage: ami/bundle.sh <out.tar.gz>
# Packs the app as it is baked: built, with the packages it needs at run time and no others, and with the commit it
# was made from in COMMIT ("-dirty" behind it if the tree has changes that are not committed). The same commit gives
# the same bytes: the order, the times, the owners and the modes of the files are fixed. Works on a copy; the tree it
# is called in stays as it is.
set -euo pipefail

out=${1:?Usage: ami/bundle.sh <out.tar.gz>}
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
out=$(cd "$(dirname "$out")" && pwd)/$(basename "$out")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

commit=$(git -C "$root" rev-parse HEAD)
commit_time=$(git -C "$root" show --no-patch --format=%ct HEAD)
[[ -z $(git -C "$root" status --porcelain) ]] || commit=$commit-dirty

mkdir "$work/source" "$work/app"
(cd "$root" && git ls-files -z --cached --others --exclude-standard | while IFS= read -r -d '' file; do
  [[ ! -f $file ]] || printf '%s\0' "$file"
done | tar --create --null --files-from - --file -) | tar --extract --directory "$work/source"

# No package's own scripts: nothing that runs here comes from anywhere but the tree.
npm_ci=(npm ci --ignore-scripts --no-audit --no-fund --loglevel error)
(cd "$work/source" && "${npm_ci[@]}" && PATH="$PWD/node_modules/.bin:$PATH" npm run --silent build)

cd "$work/app"
cp "$work/source/package.json" "$work/source/package-lock.json" .
"${npm_ci[@]}" --omit=dev
rm package-lock.json node_modules/.package-lock.json
# Links to programs that nothing here calls by name.
find node_modules -type d -name .bin -prune -exec rm -r {} +
cp -R "$work/source/dist" "$work/source/web" "$work/source/ecosystem.config.js" .
mkdir scripts
cp "$work/source/scripts/require-node.js" scripts/
printf '%s\n' "$commit" >COMMIT

# One bundle serves amd64 and arm64 as long as nothing in it is compiled.
native=$(find . -type f \( -name '*.node' -o -name '*.so' \))
if [[ -n $native ]]; then
  printf 'The bundle would run on this architecture alone. Compiled code:\n%s\n' "$native" >&2
  exit 1
fi

find . -type f ! -name SHA256SUMS -print0 | LC_ALL=C sort -z | xargs -0 sha256sum >"$work/SHA256SUMS"
mv "$work/SHA256SUMS" .
tar --create --sort=name --format=posix --pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime \
  --mtime="@$commit_time" --owner=0 --group=0 --numeric-owner --mode=u=rwX,go=rX --file - . |
  gzip --no-name -9 >"$out.part"
mv "$out.part" "$out"
printf '%s  %s  commit %s\n' "$(sha256sum "$out" | cut -d ' ' -f 1)" "$out" "$commit"
