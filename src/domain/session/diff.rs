//! The difference between two sets of variables, and its reverse. Pure: it knows neither the shell nor the process.

use crate::domain::config::name::VariableName;
use crate::domain::config::vars::Vars;
use crate::domain::text::secret::Secret;

/// One variable that is not the same on both sides; `None` where it is absent.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Change {
    pub name: VariableName,
    pub before: Option<Secret>,
    pub after: Option<Secret>,
}

/// What turns one set of variables into another, by name.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct EnvDiff {
    changes: Vec<Change>,
}

impl EnvDiff {
    pub fn between(before: &Vars, after: &Vars) -> Self {
        let gone = before.iter().filter(|(name, _)| after.get(name).is_none()).map(|(name, value)| Change {
            name: name.clone(),
            before: Some(value.clone()),
            after: None,
        });
        let come = after.iter().filter(|(name, value)| before.get(name) != Some(*value)).map(|(name, value)| Change {
            name: name.clone(),
            before: before.get(name).cloned(),
            after: Some(value.clone()),
        });
        let mut changes: Vec<Change> = gone.chain(come).collect();
        changes.sort_by(|a, b| a.name.cmp(&b.name));
        EnvDiff { changes }
    }

    /// What undoes it.
    pub fn reverse(self) -> Self {
        let swap = |change: Change| Change { name: change.name, before: change.after, after: change.before };
        EnvDiff { changes: self.changes.into_iter().map(swap).collect() }
    }

    /// The variables after it, where they were `vars` before.
    pub fn apply(&self, vars: &Vars) -> Vars {
        let untouched = vars.iter().filter(|(name, _)| self.changes.iter().all(|change| change.name != **name));
        let come = self.changes.iter().filter_map(|change| Some((change.name.clone(), change.after.clone()?)));
        Vars::new(untouched.map(|(name, value)| (name.clone(), value.clone())).chain(come))
    }

    /// What must be set, in order of name.
    pub fn set(&self) -> Vars {
        Vars::new(self.changes.iter().filter_map(|change| Some((change.name.clone(), change.after.clone()?))))
    }

    /// What must go, in order of name.
    pub fn unset(&self) -> impl Iterator<Item = &VariableName> {
        self.changes.iter().filter(|change| change.after.is_none()).map(|change| &change.name)
    }

    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn vars() -> impl Strategy<Value = Vars> {
        proptest::collection::vec(("[A-E]", proptest::collection::vec(any::<u8>(), 0..3)), 0..8).prop_map(|pairs| {
            Vars::new(pairs.into_iter().map(|(name, value)| (VariableName::new(&name).unwrap(), Secret::new(value))))
        })
    }

    fn pairs(vars: &Vars) -> Vec<(VariableName, Secret)> {
        vars.iter().map(|(name, value)| (name.clone(), value.clone())).collect()
    }

    proptest! {
        #[test]
        fn leads_from_one_side_to_the_other(before in vars(), after in vars()) {
            prop_assert_eq!(pairs(&EnvDiff::between(&before, &after).apply(&before)), pairs(&after));
        }

        #[test]
        fn its_reverse_leads_back(before in vars(), after in vars()) {
            prop_assert_eq!(pairs(&EnvDiff::between(&before, &after).reverse().apply(&after)), pairs(&before));
        }

        #[test]
        fn holds_only_what_differs(before in vars(), after in vars()) {
            let diff = EnvDiff::between(&before, &after);
            prop_assert!(diff.changes.iter().all(|change| change.before != change.after));
            prop_assert_eq!(diff.is_empty(), pairs(&before) == pairs(&after));
            prop_assert_eq!(diff.set().len() + diff.unset().count(), diff.changes.len());
        }
    }
}
