//! Finding the members that spoil a whole, when all that is known is whether the whole is taken.
//!
//! Members are held back, the newest first, until the rest is taken. Then they are released again, in halves: those with
//! which the whole is refused are bad. Several bad ones are found, too.

use std::collections::BTreeSet;

/// What to do after an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// What is held back changed: ask again.
    Ask,
    /// All bad members are known, and only they are held back.
    Found,
    /// It is refused with everything held back: no member is to blame.
    Lost,
}

/// One search.
#[derive(Debug)]
pub(super) struct Hunt<N> {
    /// Groups that are not held back yet, the newest last.
    ahead: Vec<Vec<N>>,
    /// Groups that are held back, with whether a bad member is known to be among them.
    held: Vec<(Vec<N>, bool)>,
    /// The group that was released for the last question, and whether it or the group that was held back right before it
    /// has a bad member.
    trial: Option<(Vec<N>, bool)>,
    bad: BTreeSet<N>,
    narrowing: bool,
}

impl<N: Ord + Clone> Hunt<N> {
    /// A search among these groups, the newest first, which is held back at once.
    pub(super) fn new(groups: impl IntoIterator<Item = Vec<N>>) -> Self {
        let mut ahead: Vec<Vec<N>> = groups.into_iter().filter(|group| !group.is_empty()).collect();
        ahead.reverse();
        let held = ahead.pop().map(|group| (group, false)).into_iter().collect();
        Self { ahead, held, trial: None, bad: BTreeSet::new(), narrowing: false }
    }

    /// The members that are held back, the bad ones among them.
    pub(super) fn held(&self) -> BTreeSet<N> {
        let held = self.held.iter().flat_map(|(group, _)| group);
        held.chain(&self.bad).cloned().collect()
    }

    /// The members that are known to be bad.
    pub(super) fn bad(&self) -> &BTreeSet<N> {
        &self.bad
    }

    /// Takes the answer to what is asked now.
    pub(super) fn answer(&mut self, taken: bool) -> Verdict {
        match (self.narrowing, taken) {
            (false, false) => match self.ahead.pop() {
                Some(group) => {
                    self.held.push((group, false));
                    Verdict::Ask
                }
                None => Verdict::Lost,
            },
            (false, true) => {
                self.narrowing = true;
                self.blame_last();
                self.next()
            }
            (true, taken) => {
                if let Some((group, shared)) = self.trial.take() {
                    if !taken {
                        self.held.push((group, true));
                    } else if shared {
                        self.blame_last();
                    }
                }
                self.next()
            }
        }
    }

    fn blame_last(&mut self) {
        if let Some((_, blamed)) = self.held.last_mut() {
            *blamed = true;
        }
    }

    /// Releases the next group.
    fn next(&mut self) -> Verdict {
        loop {
            let Some((mut group, blamed)) = self.held.pop() else { return Verdict::Found };
            if !blamed {
                self.trial = Some((group, false));
                return Verdict::Ask;
            }
            if group.len() > 1 {
                let rest = group.split_off(group.len() / 2);
                self.held.push((rest, false));
                self.trial = Some((group, true));
                return Verdict::Ask;
            }
            self.bad.extend(group);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Searches until the end; returns what was found and how many questions it took.
    fn search(groups: &[&[u32]], bad: &[u32]) -> (Verdict, Vec<u32>, usize) {
        let mut hunt = Hunt::new(groups.iter().map(|group| group.to_vec()));
        for questions in 1..1_000 {
            let held = hunt.held();
            let verdict = hunt.answer(bad.iter().all(|bad| held.contains(bad)));
            if verdict != Verdict::Ask {
                return (verdict, hunt.bad().iter().copied().collect(), questions);
            }
        }
        panic!("the search does not end");
    }

    #[test]
    fn one_bad_member_of_the_newest_group_takes_one_question() {
        assert_eq!(search(&[&[7], &[1, 2, 3]], &[7]), (Verdict::Found, vec![7], 1));
    }

    #[test]
    fn an_older_one_takes_a_question_for_each_group() {
        let (verdict, found, questions) = search(&[&[7], &[8], &[1, 2, 3, 4]], &[3]);
        assert_eq!((verdict, found), (Verdict::Found, vec![3]));
        assert!(questions <= 8, "{questions}");
    }

    #[test]
    fn one_of_a_thousand_takes_few_questions() {
        let all: Vec<u32> = (0..1_000).collect();
        let (verdict, found, questions) = search(&[&all], &[617]);
        assert_eq!((verdict, found), (Verdict::Found, vec![617]));
        assert!(questions <= 22, "{questions}");
    }

    #[test]
    fn all_bad_ones_are_found_wherever_they_are() {
        let all: Vec<u32> = (0..32).collect();
        for first in 0..32 {
            for second in first..32 {
                let (verdict, mut found, _) = search(&[&all[24..], &all[..24]], &[first, second]);
                found.dedup();
                let mut expected = vec![first, second];
                expected.dedup();
                assert_eq!((verdict, found), (Verdict::Found, expected));
            }
        }
    }

    #[test]
    fn nobody_is_blamed_for_what_is_wrong_with_the_rest() {
        let mut hunt = Hunt::new([vec![1], vec![2, 3]]);
        assert_eq!(hunt.answer(false), Verdict::Ask);
        assert_eq!(hunt.answer(false), Verdict::Lost);
        assert!(hunt.bad().is_empty());
    }
}
