//! Builds again when a migration is added: the embedding macro only watches the files it saw. And links the program small.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
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
