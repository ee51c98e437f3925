//! Builds again when a migration is added: the embedding macro only watches the files it saw.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
}
