using System.CommandLine;
using Propolis.Silo.Orleans.Hosting;

return await new RootCommand("the Propolis control plane on Orleans") { OrleansRunCommand.Make() }.Parse(args).InvokeAsync();
