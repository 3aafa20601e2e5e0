namespace Propolis.Standalone.Config;

/// <summary>Whose CPU a CPUID profile describes.</summary>
enum CpuVendor
{
    /// <summary>"amd".</summary>
    Amd,

    /// <summary>"intel".</summary>
    Intel,
}
