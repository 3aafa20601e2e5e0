namespace Propolis.Vmm.Devices.FwCfg;

/// <summary>Learns what the guest wrote into a writable fw_cfg file.</summary>
public interface IFwCfgSink
{
    /// <summary>Takes the file's whole content after a write. Called from a vCPU thread with no lock held; guest nonsense is ignored.</summary>
    void Written(ReadOnlySpan<byte> content);
}
