#!/bin/bash
# Install HiveMatrix on this machine (Debian 12 or 13, Ubuntu 24.04), or upgrade it: run it again
# from the new code. It installs Debian's packages and hands over to deploy/server/install.py.
# docs/installation.md says what it does and how to go back.
set -euo pipefail
umask 022

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
packages=(ca-certificates caddy postgresql python3 python3-venv tzdata)

usage() {
    cat <<'HELP'
Usage: sudo deploy/install.sh [--domain DOMAIN --email ADDRESS] [option ...]

  --domain DOMAIN   services are at nexus.DOMAIN, treasury.DOMAIN and so on
  --email ADDRESS   the administrator's; certificate authorities write there too
  --tls internal    certificates of Caddy's own authority, for names the internet does not know
  --time-zone ZONE  times are shown in this zone (default: this machine's)
  --yes             ask nothing
  --no-start        install everything and start nothing
  --dry-run         say what would be done and change nothing
  --download        fetch Debian's packages and stop, for a machine that will have no network
  --activate        make the release this script lies in the one in use; this is how to go back

What was asked once is kept: an upgrade needs no option. The mail server may be given in the
environment, where its password is not seen: HM_EMAIL_URL=smtp+tls://user:password@host:587
HELP
}

stop() {
    echo "$1" >&2
    exit 1
}

missing_packages() {
    local package
    for package in "${packages[@]}"; do
        dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null |
            grep -qx installed || echo "$package"
    done
}

check_system() {
    # shellcheck source=/dev/null
    case "$(. /etc/os-release && echo "$ID ${VERSION_ID:-}")" in
        'debian 12' | 'debian 13' | 'ubuntu 24.04') ;;
        *)
            command -v apt-get >/dev/null ||
                stop "This is no Debian or Ubuntu; docs/installation.md has the steps by hand."
            echo "Note: made for Debian 12 and 13 and Ubuntu 24.04; this is another system." >&2
            ;;
    esac
}

check_localhost() {
    # Without it PostgreSQL does not start, and says so in its log alone.
    getent ahosts localhost >/dev/null ||
        stop "The name localhost has no address here: add the line '127.0.0.1 localhost' to /etc/hosts."
}

# A server that is minutes old is often busy with updates of its own.
update_lists() {
    local try said
    for try in 1 2 3 4 5 6 7 8 9 10 11 12; do
        said=$(apt-get -qq update 2>&1) && return 0
        [[ "$said" == *"Could not get lock"* ]] || break
        [ "$try" -gt 1 ] || echo "Waiting for another apt-get"
        sleep 10
    done
    echo "$said" >&2
    echo "apt-get update failed; going on with what is known." >&2
}

install_packages() {
    local missing
    read -ra missing <<<"$(missing_packages | tr '\n' ' ')"
    [ ${#missing[@]} -gt 0 ] || return 0
    if [ "$dry_run" = yes ]; then
        echo "Packages"
        echo "  would install: ${missing[*]}"
        return 0
    fi
    echo "Installing Debian's packages: ${missing[*]}"
    export DEBIAN_FRONTEND=noninteractive
    update_lists
    apt-get -qq -o DPkg::Lock::Timeout=300 install --yes --no-install-recommends \
        "$@" "${missing[@]}" >/dev/null ||
        stop "Debian's packages could not be installed; mend what apt-get says and run this again."
}

installer() {
    cd /
    env PYTHONPATH="$root" PYTHONDONTWRITEBYTECODE=1 python3 -m deploy.server.install "$@"
}

dry_run=no
download=no
activate=no
for argument in "$@"; do
    case "$argument" in
        -h | --help) usage && exit 0 ;;
        --dry-run) dry_run=yes ;;
        --download) download=yes ;;
        --activate) activate=yes ;;
    esac
done

[ "$dry_run" = yes ] || [ "$(id -u)" = 0 ] || stop "Run this as root: sudo deploy/install.sh"
check_system
check_localhost
if [ "$dry_run" = no ]; then
    exec 9>/run/lock/hivematrix-install
    flock --nonblock 9 || stop "Another deploy/install.sh is at work; wait for it."
fi
if [ "$download" = yes ]; then
    install_packages --download-only
    exit 0
fi
# A wrong flag is told of before anything changes, where Python is there already to tell.
if command -v python3 >/dev/null && python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    (installer --precheck "$@")
fi
[ "$activate" = yes ] || install_packages
command -v python3 >/dev/null ||
    stop "What else would be done can be said once python3 is installed: apt-get install python3"
python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    stop "HiveMatrix needs Python 3.11 or newer, and this is $(python3 --version)."
installer "$@"
