namespace Propolis.Vmm.Hypervisor;

/// <summary>One CPUID answer. A leaf without subleaves has null there.</summary>
public readonly record struct CpuidEntry(uint Leaf, uint? Subleaf, uint Eax, uint Ebx, uint Ecx, uint Edx);
