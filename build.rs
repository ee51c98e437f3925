//! Builds again when a migration is added: the embedding macro only watches the files it saw. Compresses what is seldom read, and
//! links the program small.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;

/// What is read seldom, or once at the start (`src/packed.rs`): the programme that `maillage demo` shows, 0.14 MB less; the
/// contract of the interface, 0.07; the catalogues of words, 0.05; the [`VOCABULARIES`], 0.02.
const PACKED: [&str; 4] = [
    "src/cli/demo/programme.json",
    "src/web/api/openapi.json",
    "src/locale/fr.ftl",
    "src/locale/en.ftl",
];

const VOCABULARIES: &str = "src/domain/vocabulary";

fn main() -> io::Result<()> {
    println!("cargo:rerun-if-changed=migrations");
    for file in PACKED {
        println!("cargo:rerun-if-changed={file}");
        compress(Path::new(file))?;
    }
    println!("cargo:rerun-if-changed={VOCABULARIES}");
    for file in std::fs::read_dir(VOCABULARIES)? {
        compress(&file?.path())?;
    }
    link_small();
    Ok(())
}

/// Writes `file` into the folder of what is built, compressed, with `.gz` after its name.
fn compress(file: &Path) -> io::Result<()> {
    let folder = std::env::var_os("OUT_DIR").ok_or(io::ErrorKind::NotFound)?;
    let mut name = file.file_name().ok_or(io::ErrorKind::InvalidInput)?.to_owned();
    name.push(".gz");
    let mut packed = GzEncoder::new(File::create(Path::new(&folder).join(name))?, Compression::best());
    packed.write_all(&std::fs::read(file)?)?;
    packed.finish().map(drop)
}

fn link_small() {
    // The addresses that are put right when the program starts, packed: 1.9 MB less. The dynamic linker of glibc reads them
    // so since 2.36 (Debian 12); others, musl among them, keep the long table.
    let target = |part: &str| std::env::var(format!("CARGO_CFG_TARGET_{part}")).unwrap_or_default();
    if target("OS") == "linux" && target("ENV") == "gnu" {
        println!("cargo:rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
        // Functions that came out the same, which generic code makes by the hundred, once: 0.3 MB less. Only LLD can; it is
        // what rustc links with there, unless it is told otherwise.
        let flags = std::env::var("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default();
        let own_linker = std::env::var_os("RUSTC_LINKER").is_some() || flags.contains("link");
        if target("ARCH") == "x86_64" && !own_linker {
            println!("cargo:rustc-link-arg-bins=-Wl,--icf=all");
            // What runs only when something is wrong in one place, away from the rest: 0.7 MB less is resident.
            println!("cargo:rustc-link-arg-bins=-Wl,-z,keep-text-section-prefix");
        }
    }
}
