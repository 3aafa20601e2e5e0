namespace Propolis.Vmm.Hypervisor;

/// <summary>Whether a hypervisor can be used here.</summary>
/// <param name="IsUsable">Virtual machines can be created.</param>
/// <param name="IsHardware">The CPU has vmx or svm; without it only the tiny guests of the conformance tests run (a software /dev/kvm).</param>
/// <param name="Reason">One sentence: why not, or what was found.</param>
public readonly record struct HypervisorStatus(bool IsUsable, bool IsHardware, string Reason);
