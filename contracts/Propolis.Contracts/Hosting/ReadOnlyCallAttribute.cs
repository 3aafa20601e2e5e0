namespace Propolis.Contracts.Hosting;

/// <summary>The call only looks at what is written, so it need not wait for the grain's turn: it is answered while the grain waits for others.</summary>
[AttributeUsage(AttributeTargets.Method)]
#if ORLEANS
[InvokableCustomInitializer("AddInvokeMethodOptions", global::Orleans.CodeGeneration.InvokeMethodOptions.AlwaysInterleave)]
#endif
public sealed class ReadOnlyCallAttribute : Attribute;
