namespace Propolis.Vmm.Devices.Nvme.Wire;

/// <summary>Feature identifiers (NVMe 1.4, section 5.21.1, figure 271).</summary>
enum FeatureId : byte
{
    Arbitration = 0x01,
    PowerState = 0x02,
    TemperatureThreshold = 0x04,
    ErrorRecovery = 0x05,
    VolatileWriteCache = 0x06,
    NumberOfQueues = 0x07,
    InterruptCoalescing = 0x08,
    InterruptVectorConfiguration = 0x09,
    WriteAtomicity = 0x0a,
    AsynchronousEventConfiguration = 0x0b,

    /// <summary>The vendor's own: bit 0 tells that the disk is read-only (facts: propolis.md section 2.4).</summary>
    DeviceFeatures = 0xf0,
}
