//! A bounded memory: what was used lately stays, the rest is forgotten, and there is never more than a fixed number.
//!
//! Two generations: when the young one is full it becomes the old one, and the old one is dropped. Whatever is used moves
//! to the young one. So nothing is sorted or swept, and what nobody asks for is gone after one round.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The memory; `V` is cheap to clone.
#[derive(Debug)]
pub(super) struct Memory<K, V> {
    generations: Mutex<Generations<K, V>>,
    half: usize,
}

#[derive(Debug)]
struct Generations<K, V> {
    young: HashMap<K, V>,
    old: HashMap<K, V>,
}

impl<K: Eq + Hash + Clone, V: Clone> Memory<K, V> {
    /// A memory of at most `most` entries. It takes room as it fills.
    pub(super) fn of(most: usize) -> Self {
        let generations = Generations {
            young: HashMap::new(),
            old: HashMap::new(),
        };
        Self {
            generations: Mutex::new(generations),
            half: (most / 2).max(1),
        }
    }

    /// What is known of `key`.
    pub(super) fn get<Q>(&self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        let mut generations = self.lock();
        if let Some(value) = generations.young.get(key) {
            return Some(value.clone());
        }
        let (key, value) = generations.old.remove_entry(key)?;
        self.put(&mut generations, key, value.clone());
        Some(value)
    }

    /// Remembers `value`.
    pub(super) fn insert(&self, key: K, value: V) {
        let mut generations = self.lock();
        generations.old.remove(&key);
        self.put(&mut generations, key, value);
    }

    /// Changes what is known of `key`, if anything is, and remembers it; returns what `change` says.
    pub(super) fn update<T>(&self, key: K, change: impl FnOnce(Option<V>) -> (V, T)) -> T {
        let mut generations = self.lock();
        let before = generations.young.get(&key).cloned();
        let before = before.or_else(|| generations.old.remove(&key));
        let (value, outcome) = change(before);
        self.put(&mut generations, key, value);
        outcome
    }

    /// Forgets `key`.
    pub(super) fn remove<Q>(&self, key: &Q)
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        let mut generations = self.lock();
        generations.young.remove(key);
        generations.old.remove(key);
    }

    fn put(&self, generations: &mut Generations<K, V>, key: K, value: V) {
        if generations.young.len() >= self.half && !generations.young.contains_key(&key) {
            generations.old = std::mem::take(&mut generations.young);
        }
        generations.young.insert(key, value);
    }

    fn lock(&self) -> MutexGuard<'_, Generations<K, V>> {
        self.generations.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_used_stays_and_there_is_never_too_much() {
        let memory = Memory::of(100);
        memory.insert(0, "used");
        for at in 1..10_000 {
            memory.insert(at, "new");
            assert_eq!(memory.get(&0), Some("used"), "{at}");
            let generations = memory.lock();
            assert!(generations.young.len() + generations.old.len() <= 100);
        }
        assert_eq!(memory.get(&1), None);
        assert_eq!(memory.get(&9_999), Some("new"));
    }

    #[test]
    fn the_last_value_counts_and_what_is_removed_is_gone() {
        let memory = Memory::of(4);
        for at in 0..3 {
            memory.insert(at, at);
        }
        memory.insert(0, 7);
        assert_eq!(memory.get(&0), Some(7));
        assert_eq!(memory.update(0, |before| (before.unwrap_or(0) + 1, "told")), "told");
        assert_eq!(memory.get(&0), Some(8));
        memory.remove(&0);
        assert_eq!(memory.get(&0), None);
    }
}
