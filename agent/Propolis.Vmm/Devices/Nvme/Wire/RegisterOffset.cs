namespace Propolis.Vmm.Devices.Nvme.Wire;

/// <summary>Where the controller's registers lie in BAR 0 (NVMe 1.4, section 3.1, figure 68).</summary>
static class RegisterOffset
{
    public const int Capabilities = 0x00;
    public const int CapabilitiesHigh = 0x04;
    public const int Version = 0x08;
    public const int InterruptMaskSet = 0x0c;
    public const int InterruptMaskClear = 0x10;
    public const int Configuration = 0x14;
    public const int Status = 0x1c;
    public const int SubsystemReset = 0x20;
    public const int AdminQueueAttributes = 0x24;
    public const int AdminSubmissionQueue = 0x28;
    public const int AdminSubmissionQueueHigh = 0x2c;
    public const int AdminCompletionQueue = 0x30;
    public const int AdminCompletionQueueHigh = 0x34;

    /// <summary>The first doorbell, that of submission queue 0; queue y has its tail at 8y and its head at 8y + 4 behind it.</summary>
    public const int Doorbells = 0x1000;
}
