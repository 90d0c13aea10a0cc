//! Which instruction sets there are, and which one to use.

/// An instruction set that has instances of every kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Isa {
    /// Plain Rust, no FMA hardware needed: slow, the reference.
    Scalar,
    /// x86-64 with AVX2 and FMA.
    Avx2,
    /// x86-64 with AVX-512 F, BW, DQ and VL.
    Avx512,
    /// arm64.
    Neon,
}

/// The environment variable that forces an instruction set.
const VARIABLE: &str = "DOWNSLOPE_SIMD";

impl Isa {
    /// The name used in `DOWNSLOPE_SIMD`.
    pub const fn name(self) -> &'static str {
        match self {
            Isa::Scalar => "scalar",
            Isa::Avx2 => "avx2",
            Isa::Avx512 => "avx512",
            Isa::Neon => "neon",
        }
    }

    /// What this machine can run, the best last.
    pub fn available() -> Vec<Isa> {
        let mut all = vec![Isa::Scalar];
        #[cfg(target_arch = "x86_64")]
        {
            let avx2 = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
            if avx2 {
                all.push(Isa::Avx2);
            }
            if avx2
                && is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512bw")
                && is_x86_feature_detected!("avx512dq")
                && is_x86_feature_detected!("avx512vl")
            {
                all.push(Isa::Avx512);
            }
        }
        #[cfg(target_arch = "aarch64")]
        all.push(Isa::Neon);
        all
    }

    /// The instruction set of that name, or the best for `None`.
    ///
    /// # Errors
    /// A name that is unknown or not available here: the message lists what is.
    pub fn select(name: Option<&str>) -> Result<Isa, String> {
        let all = Isa::available();
        let Some(name) = name else {
            return Ok(all.last().copied().unwrap_or(Isa::Scalar));
        };
        all.iter().copied().find(|isa| isa.name() == name).ok_or_else(|| {
            let names: Vec<&str> = all.iter().map(|isa| isa.name()).collect();
            format!("{VARIABLE}: {name:?} is not available on this machine, which has {}", names.join(", "))
        })
    }

    /// What the environment variable `DOWNSLOPE_SIMD` asks for, read at each call; the best when it is unset or empty.
    ///
    /// # Errors
    /// As [`Isa::select`]; also a value that is not Unicode.
    pub fn active() -> Result<Isa, String> {
        match std::env::var(VARIABLE) {
            Ok(name) if !name.is_empty() => Isa::select(Some(&name)),
            Ok(_) | Err(std::env::VarError::NotPresent) => Isa::select(None),
            Err(std::env::VarError::NotUnicode(name)) => Isa::select(Some(&name.to_string_lossy())),
        }
    }
}
