# SPDX-License-Identifier: GPL-3.0-or-later
#
# What the scripts that build guests have in common; they source it. Before they call
# begin_building they set
#
#   wanted_modules   kernel modules in the order they are wanted; dependencies are added
#   module_folders   where in the kernel package those and their dependencies are
#   needed_tools     programs of this machine that the building takes
#
# and after it they have $arch, $deb_arch, $compiler, $out (the folder made) and $cache
# (what is kept in it between runs).

# depmod and modprobe are here, which is not in an ordinary user's path.
PATH=$PATH:/usr/sbin:/sbin
program=$(basename "$0")
building=${BASH_SOURCE[0]}

say() { printf '%s: %s\n' "$program" "$*" >&2; }
die() { printf '%s: %s\n' "$program" "$*" >&2; exit 3; }
# The script's own opening comment says how it is called.
usage() { sed -n '4,/^[^#]/s/^# \{0,1\}//p' "$0" >&2; exit 2; }

# Reads [--arch ARCH] OUTDIR, and locks OUTDIR's cache.
begin_building() {
	arch=$(uname -m)
	out=
	while [ $# -gt 0 ]; do
		case $1 in
		--arch) [ $# -ge 2 ] || usage; arch=$2; shift ;;
		-*) usage ;;
		*) [ -z "$out" ] || usage; out=$1 ;;
		esac
		shift
	done
	[ -n "$out" ] || usage
	case $arch in
	x86_64) deb_arch=amd64 ;;
	aarch64) deb_arch=arm64 ;;
	*) die "no guest for $arch: x86_64 and aarch64 are known" ;;
	esac
	if [ "$arch" = "$(uname -m)" ]; then
		compiler=gcc
	else
		compiler=$arch-linux-gnu-gcc
	fi
	local tool
	for tool in "$compiler" "${needed_tools[@]}"; do
		command -v "$tool" >/dev/null || die "$tool is missing: run scripts/install-packages"
	done
	mkdir -p "$out"
	out=$(cd "$out" && pwd)
	cache=$out/cache
	mkdir -p "$cache"
	# Two builds into one folder would mix their files.
	exec 9>"$cache/lock"
	flock 9
	use_apt
}

# -- Packages -----------------------------------------------------------------
#
# apt's own lists serve when they know the architecture. Otherwise, and when
# they are too old to download from, a private copy of apt's state is made from
# the same sources.

use_apt() {
	apt_options=(-o "APT::Sandbox::User=$(id -un)" -o "Acquire::Retries=3")
}

use_private_apt() {
	say "fetching Debian's package lists for $deb_arch"
	mkdir -p "$cache/apt/state/lists/partial" "$cache/apt/cache/archives/partial"
	: >"$cache/apt/status"
	apt_options+=(
		-o "APT::Architecture=$deb_arch" -o "APT::Architectures::=$deb_arch"
		-o "Dir::State=$cache/apt/state" -o "Dir::State::status=$cache/apt/status"
		-o "Dir::Cache=$cache/apt/cache" -o "Dir::Cache::archives=$cache/apt/cache/archives"
		-o "Acquire::Languages=none"
	)
	# A source that has nothing for this architecture is no reason to stop: what is missing shows below.
	apt-get "${apt_options[@]}" -qq update >"$cache/apt.log" 2>&1 || true
}

# The package itself, or the one with the version in its name that it depends on.
resolve_kernel() {
	apt-cache "${apt_options[@]}" show --no-all-versions "linux-image-$deb_arch" 2>/dev/null |
		sed -n 's/^Depends: *\(linux-image-[^ ,]*\).*/\1/p' | head -n 1
}

# Leaves the package's file in the cache; prints its path.
download() {
	local package=$1
	(cd "$cache" && rm -f "$package"_*.deb &&
		apt-get "${apt_options[@]}" -qq download "$package:$deb_arch" >>"$cache/apt.log" 2>&1) ||
		return 1
	ls "$cache/$package"_*.deb
}

fetch_packages() {
	local kernel
	kernel=$(resolve_kernel)
	[ -n "$kernel" ] || return 1
	say "downloading $kernel and busybox-static ($deb_arch)"
	kernel_deb=$(download "$kernel") && busybox_deb=$(download busybox-static)
}

# -- Kernel -------------------------------------------------------------------

# A bzImage unpacks itself, which takes seconds under TCG: the ELF inside boots
# as it is, by PVH. Anything else is left alone.
unpack_kernel() {
	python3 - "$1" "$2" <<-'END'
		import lzma, subprocess, sys
		image = open(sys.argv[1], "rb").read()
		def xz(data):
		    return lzma.LZMADecompressor().decompress(data)
		def zstd(data):
		    return subprocess.run(["zstd", "-dcq"], input=data, stdout=subprocess.PIPE,
		                          stderr=subprocess.DEVNULL).stdout
		kernel = image
		if image[0x202:0x206] == b"HdrS":
		    for magic, unpack in ((b"\xfd7zXZ\0", xz), (b"\x28\xb5\x2f\xfd", zstd)):
		        at = image.find(magic)
		        elf = unpack(image[at:]) if at >= 0 else b""
		        if elf[:4] == b"\x7fELF":
		            kernel = elf
		            break
		open(sys.argv[2], "wb").write(kernel)
	END
}

unpack_module() {
	case $1 in
	*.xz) xz -dc "$1" ;;
	*.zst) zstd -dcq "$1" ;;
	*.gz) gzip -dc "$1" ;;
	*) cat "$1" ;;
	esac
}

# Fills $root/modules with the modules and the order to load them in.
choose_modules() {
	local tree=$1 version=$2 module path name
	mkdir -p "$root/modules"
	: >"$root/modules/order"
	depmod -b "$tree" "$version"
	for module in "${wanted_modules[@]}"; do
		modprobe -d "$tree" -S "$version" --show-depends "$module" >"$cache/depends" ||
			die "Debian's kernel $version has no module $module"
		while read -r kind path _; do
			[ "$kind" = insmod ] || continue # else built in
			name=$(basename "$path")
			name=${name%%.ko*}.ko
			if [ ! -e "$root/modules/$name" ]; then
				unpack_module "$path" >"$root/modules/$name"
				echo "$name" >>"$root/modules/order"
			fi
		done <"$cache/depends"
	done
}

build_kernel() {
	local tree=$cache/tree version folder patterns=()
	root=$cache/kernel-root
	if ! fetch_packages; then
		use_private_apt
		fetch_packages || { tail -n 5 "$cache/apt.log" >&2; die "no kernel package for $deb_arch"; }
	fi
	for folder in "${module_folders[@]}"; do
		patterns+=("*/lib/modules/*/kernel/$folder")
	done
	rm -rf "$tree" "$root"
	mkdir -p "$tree/merged" "$root/bin"
	# Debian 13 has everything below usr/.
	dpkg-deb --fsys-tarfile "$kernel_deb" |
		tar -x -C "$tree" --wildcards './boot/vmlinuz-*' '*/lib/modules/*/modules.*' \
			"${patterns[@]}" 2>"$cache/tar.log" || true
	[ ! -d "$tree/usr/lib" ] || ln -s usr/lib "$tree/lib"
	version=$(ls "$tree/lib/modules" 2>/dev/null) || die "unexpected contents: $kernel_deb"
	choose_modules "$tree" "$version"
	dpkg-deb --fsys-tarfile "$busybox_deb" | tar -xO --wildcards '*/bin/busybox' >"$root/bin/busybox"
	chmod 755 "$root/bin/busybox"
	ln -s busybox "$root/bin/sh"
	unpack_kernel "$tree/boot/vmlinuz-$version" "$cache/vmlinuz"
	mv "$cache/vmlinuz" "$out/vmlinuz"
	rm -rf "$tree" "$kernel_deb" "$busybox_deb" "$cache/apt" "$cache/depends"
	say "kernel $version ready"
}

# Packs the folder into OUTDIR/initrd.img, and takes it away.
pack_initrd() {
	# Not compressed: it travels through memory only, and unpacking is slow under TCG.
	(cd "$1" && find . | LC_ALL=C sort |
		cpio -o -H newc -R 0:0 --reproducible --quiet) >"$cache/initrd.img"
	mv "$cache/initrd.img" "$out/initrd.img"
	rm -rf "$1"
}

# -- What is out of date ------------------------------------------------------

# Runs the step unless its inputs are those of its last run: step NAME OUTPUT < INPUTS
step() {
	local name=$1 output=$2 sum
	sum=$(sha256sum)
	if [ -e "$output" ] && [ "$(cat "$cache/$name.inputs" 2>/dev/null)" = "$sum" ]; then
		return 0
	fi
	rm -f "$cache/$name.inputs"
	"build_$name"
	echo "$sum" >"$cache/$name.inputs"
}
