namespace Propolis.Vmm.Devices.DebugPort;

/// <summary>Takes text that firmware writes for developers. Called from vCPU threads, from several at once; the span is valid during the call.</summary>
public delegate void DebugSink(ReadOnlySpan<byte> text);
