//! How large a visitor wants the pages.

/// The size of everything on a page. The ministry's norm for older people asks for main text of at
/// least 18, adjustable to 30, and targets of at least 60 x 60.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum View {
    /// Main text 18 pixels.
    #[default]
    Plain,
    /// Elder view 长者版: main text 24 pixels, targets 60.
    Elder,
    /// Elder view, larger still: main text 30 pixels.
    Large,
}

impl View {
    /// The word for it in cookies, query strings and CSS.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Elder => "elder",
            Self::Large => "large",
        }
    }

    /// The view of a word.
    pub fn of_code(code: &str) -> Option<Self> {
        [Self::Plain, Self::Elder, Self::Large].into_iter().find(|v| v.code() == code)
    }

    /// Whether it is one of the elder views.
    pub const fn is_elder(self) -> bool {
        !matches!(self, Self::Plain)
    }
}
