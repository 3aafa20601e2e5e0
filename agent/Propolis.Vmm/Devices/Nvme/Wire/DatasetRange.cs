using System.Runtime.InteropServices;

namespace Propolis.Vmm.Devices.Nvme.Wire;

/// <summary>One range of a Dataset Management command (NVMe 1.4, section 6.7, figure 364).</summary>
/// <param name="Attributes">Hints about future access; ignored.</param>
/// <param name="Blocks">Length in logical blocks.</param>
/// <param name="StartingLba">First logical block.</param>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
readonly record struct DatasetRange(uint Attributes, uint Blocks, ulong StartingLba)
{
    /// <summary>Bytes.</summary>
    public const int Size = 16;

    /// <summary>Ranges per command.</summary>
    public const int Maximum = 256;
}
