namespace Propolis.Vmm.Devices.Nvme.Wire;

/// <summary>Opcodes of the admin command set that this controller knows (NVMe 1.4, section 5, figure 139).</summary>
enum AdminOpcode : byte
{
    DeleteSubmissionQueue = 0x00,
    CreateSubmissionQueue = 0x01,
    GetLogPage = 0x02,
    DeleteCompletionQueue = 0x04,
    CreateCompletionQueue = 0x05,
    Identify = 0x06,
    Abort = 0x08,
    SetFeatures = 0x09,
    GetFeatures = 0x0a,
    AsynchronousEventRequest = 0x0c,
    DoorbellBufferConfig = 0x7c,
}
