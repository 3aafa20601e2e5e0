namespace Propolis.Standalone.Config;

/// <summary>Where vCPU threads may run.</summary>
enum CpuBinding
{
    /// <summary>"any": wherever the host puts them.</summary>
    Any,

    /// <summary>"upper-half": one to one on the highest numbered host CPUs.</summary>
    UpperHalf,
}
