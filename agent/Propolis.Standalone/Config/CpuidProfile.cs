using Propolis.Vmm.Hypervisor;

namespace Propolis.Standalone.Config;

/// <summary>[cpuid.NAME]: what CPUID tells the guest.</summary>
/// <param name="Name">The profile's name.</param>
/// <param name="Vendor">Whose CPU it describes, which decides how the leaves of topology are filled.</param>
/// <param name="Entries">The leaves, in the order of the file; no two answer the same question.</param>
sealed record CpuidProfile(string Name, CpuVendor Vendor, IReadOnlyList<CpuidEntry> Entries);
