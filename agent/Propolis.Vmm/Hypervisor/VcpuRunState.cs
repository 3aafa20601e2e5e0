namespace Propolis.Vmm.Hypervisor;

/// <summary>Whether a vCPU executes. The numbers are part of the payload.</summary>
enum VcpuRunState : byte
{
    /// <summary>Executes instructions.</summary>
    Running = 0,

    /// <summary>An application processor before its first INIT.</summary>
    WaitsForInit = 1,

    /// <summary>After INIT, before SIPI.</summary>
    WaitsForSipi = 2,

    /// <summary>In HLT.</summary>
    Halted = 3,

    /// <summary>A SIPI has arrived and will be taken on the next entry.</summary>
    SipiReceived = 4,
}
