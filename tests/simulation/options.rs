//! What kind of world is simulated.

/// How often each fault strikes, in thousandths of all requests.
#[derive(Debug, Clone, Copy)]
pub struct Faults {
    /// Never arrives; the sender waits in vain.
    pub lost: u64,
    /// Is answered 429, 500, 502 or 503 by something on the way.
    pub error: u64,
    /// The sender waits in vain, and it arrives minutes later, after others.
    pub late: u64,
    /// Arrives, and once more minutes later.
    pub twice: u64,
    /// Arrives, but the answer does not.
    pub unheard: u64,
    /// A side dies: the sender before or after, or the receiver after.
    pub crash: u64,
    /// The programme changes between the answer of a pull and its arrival.
    pub meanwhile: u64,
    /// Of all steps of time: the world is cut in two.
    pub cut: u64,
}

impl Faults {
    pub const USUAL: Self = Self {
        lost: 30,
        error: 30,
        late: 30,
        twice: 40,
        unheard: 30,
        crash: 4,
        meanwhile: 200,
        cut: 60,
    };

    /// The same faults without the one of this number, for the search of a shorter trace.
    pub fn without(mut self, number: usize) -> Self {
        let rates: [&mut u64; Self::COUNT] = [
            &mut self.lost,
            &mut self.error,
            &mut self.late,
            &mut self.twice,
            &mut self.unheard,
            &mut self.crash,
            &mut self.meanwhile,
            &mut self.cut,
        ];
        for (at, rate) in rates.into_iter().enumerate() {
            if at == number {
                *rate = 0;
            }
        }
        self
    }

    /// How many kinds there are.
    pub const COUNT: usize = 8;
}

/// A world.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    pub nodes: usize,
    /// What people do, one after the other.
    pub steps: usize,
    /// Hours that pass at most between two of them.
    pub hours: i64,
    pub faults: Faults,
    /// A PostgreSQL server, on which every second node has its database.
    pub postgres: Option<&'static str>,
}

impl Options {
    /// What `scripts/test.sh simulation` runs some hundred times.
    pub fn usual(nodes: usize) -> Self {
        Self {
            nodes,
            steps: 2 * nodes,
            hours: 6,
            faults: Faults::USUAL,
            postgres: None,
        }
    }
}
