using Propolis.Standalone.Config;

namespace Propolis.Standalone.Running;

/// <summary>Which host CPU each vCPU thread is bound to.</summary>
static class CpuBindingRules
{
    /// <summary>
    /// Host CPUs for the vCPUs in order, or null for no binding. Upper half: the last vCPU on the highest host CPU, one to one. Throws <see cref="ArgumentException"/> with a sentence when there are not
    /// enough CPUs in the upper half.
    /// </summary>
    public static IReadOnlyList<int>? Bind(CpuBinding binding, int vcpus, int hostCpus)
    {
        if (binding == CpuBinding.Any) return null;
        if (vcpus > hostCpus / 2)
            throw new ArgumentException($"cpu_binding = \"upper-half\" needs {vcpus} of {hostCpus} host CPUs, which is more than half of them.");
        return [.. Enumerable.Range(hostCpus - vcpus, vcpus)];
    }
}
